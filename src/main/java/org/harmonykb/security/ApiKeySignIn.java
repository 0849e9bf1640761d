package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** {@code Authorization: Bearer kb_…}: a machine with an API key. It never gets a session. */
final class ApiKeySignIn extends OncePerRequestFilter {

  private static final String BEARER = "Bearer ";

  private final ApiKeyService keys;
  private final Refusals refusals;

  ApiKeySignIn(ApiKeyService keys, Refusals refusals) {
    this.keys = keys;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String secret = secret(request);
    if (secret == null) {
      chain.doFilter(request, response);
      return;
    }
    Optional<Caller> caller = keys.caller(secret);
    if (caller.isEmpty()) {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
      refusals.write(
          request, response, HttpStatus.UNAUTHORIZED, "The API key is wrong, expired or revoked");
      return;
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new CallerAuthentication(caller.get()));
    SecurityContextHolder.setContext(context);
    chain.doFilter(request, response);
  }

  static @Nullable String secret(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return header != null
            && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
            && header.startsWith(ApiKeyService.PREFIX, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : null;
  }
}
