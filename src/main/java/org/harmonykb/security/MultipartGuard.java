package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses multipart bodies without a boundary, at which the container would fail later. */
final class MultipartGuard extends OncePerRequestFilter {

  private final Refusals refusals;

  MultipartGuard(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String type = request.getContentType();
    if (type != null) {
      String lower = type.toLowerCase(Locale.ROOT);
      if (lower.startsWith("multipart/") && !lower.contains("boundary=")) {
        refusals.write(
            request,
            response,
            HttpStatus.BAD_REQUEST,
            "A multipart body needs a boundary in its Content-Type");
        return;
      }
    }
    chain.doFilter(request, response);
  }
}
