package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;

/** Writes down every request that changes something and every reading of a document. */
@Component
class AuditTrail implements HandlerInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private final AuditLog log;
  private final CurrentCaller callers;

  AuditTrail(AuditLog log, CurrentCaller callers) {
    this.log = log;
    this.callers = callers;
  }

  @Override
  public void afterCompletion(
      HttpServletRequest request,
      HttpServletResponse response,
      Object handler,
      @Nullable Exception failure) {
    String path = request.getRequestURI();
    Caller caller = callers.find();
    if (caller == null || !isOfInterest(request.getMethod(), path)) {
      return;
    }
    try {
      log.write(
          caller.name(),
          caller.key(),
          request.getRemoteAddr(),
          request.getMethod(),
          path,
          response.getStatus());
    } catch (DataAccessException e) {
      LOG.error(
          "The audit log cannot be written: {} {} by {}",
          request.getMethod(),
          path,
          caller.name(),
          e);
    }
  }

  private static boolean isOfInterest(String method, String path) {
    if (READING.contains(method)) {
      return path.startsWith("/api/documents/") || path.startsWith("/api/admin/audit");
    }
    return path.startsWith("/api/admin/")
        || path.startsWith("/api/documents")
        || path.startsWith("/api/sync")
        || path.startsWith("/api/keys")
        || path.startsWith("/api/me/");
  }
}
