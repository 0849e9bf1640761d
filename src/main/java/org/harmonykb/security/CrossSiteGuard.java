package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what pages of other sites make a browser send. Browsers say where a request comes from in
 * {@code Sec-Fetch-Site} and {@code Origin}, which scripts cannot change; programs send neither and
 * are let through, since no browser lends them its session.
 */
final class CrossSiteGuard extends OncePerRequestFilter {

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  private final Set<String> allowedOrigins;
  private final Refusals refusals;

  CrossSiteGuard(Set<String> allowedOrigins, Refusals refusals) {
    this.allowedOrigins = allowedOrigins;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (isCrossSite(request)) {
      refusals.write(
          request,
          response,
          HttpStatus.FORBIDDEN,
          "This request comes from a page of another site; kb.security.allowed-origins names those that may");
    } else {
      chain.doFilter(request, response);
    }
  }

  private boolean isCrossSite(HttpServletRequest request) {
    String origin = request.getHeader("Origin");
    if (origin != null && allowedOrigins.contains(origin)) {
      return false;
    }
    String site = request.getHeader("Sec-Fetch-Site");
    boolean isForeign = site != null && !site.equals("same-origin") && !site.equals("none");
    if (SAFE.contains(request.getMethod())) {
      // A link from elsewhere may open a page, but no page elsewhere may load data.
      return isForeign && !"navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }
    if (site != null) {
      return isForeign;
    }
    return origin != null && !isSame(origin, request.getHeader("Host"));
  }

  private static boolean isSame(String origin, @Nullable String host) {
    try {
      String authority = URI.create(origin).getAuthority();
      return authority != null
          && host != null
          && authority.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
