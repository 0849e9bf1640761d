package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets everybody at this machine be the demo user, and nobody else: not other machines, not through
 * a proxy, and not a page whose name was made to point here (DNS rebinding).
 */
final class DemoSignIn extends OncePerRequestFilter {

  private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final IpAddressMatcher loopback4 = new IpAddressMatcher("127.0.0.0/8");
  private final IpAddressMatcher loopback6 = new IpAddressMatcher("::1");
  private final Set<String> hosts;
  private final Refusals refusals;

  DemoSignIn(Set<String> hosts, Refusals refusals) {
    this.hosts = hosts;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String refusal = refusal(request);
    if (refusal != null) {
      refusals.write(request, response, HttpStatus.FORBIDDEN, refusal);
      return;
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new CallerAuthentication(Caller.DEMO));
    SecurityContextHolder.setContext(context);
    chain.doFilter(request, response);
  }

  private @Nullable String refusal(HttpServletRequest request) {
    String address = request.getRemoteAddr();
    if (!loopback4.matches(address) && !loopback6.matches(address)) {
      return "Demo mode serves this machine only; set kb.security.mode to sign people in";
    }
    if (request.getHeader("X-Forwarded-For") != null || request.getHeader("Forwarded") != null) {
      return "Demo mode does not serve through a proxy; set kb.security.mode to sign people in";
    }
    String host = request.getServerName().toLowerCase(Locale.ROOT);
    if (!OWN_NAMES.contains(host) && !hosts.contains(host)) {
      return "Demo mode does not answer to the name %s; kb.security.hosts can add it"
          .formatted(host.replaceAll("[^\\p{Alnum}.:\\[\\]-]", "?"));
    }
    return null;
  }
}
