package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A session holds who signed in; what they may do is read anew for each request, so that a changed
 * role, group or a disabled user holds at once.
 */
final class SessionRefresh extends OncePerRequestFilter {

  private final UserService users;

  SessionRefresh(UserService users) {
    this.users = users;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    SecurityContext stored = SecurityContextHolder.getContext();
    if (stored.getAuthentication() instanceof CallerAuthentication known
        && known.getPrincipal().key() == null) {
      SecurityContext fresh = SecurityContextHolder.createEmptyContext();
      users
          .findEnabled(known.getName())
          .ifPresent(user -> fresh.setAuthentication(new CallerAuthentication(user.caller())));
      SecurityContextHolder.setContext(fresh);
    }
    chain.doFilter(request, response);
  }
}
