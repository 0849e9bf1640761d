package org.harmonykb.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes a reverse proxy's word for who somebody is, and only the proxy's. */
final class ProxySignIn extends OncePerRequestFilter {

  private final SecurityProperties properties;
  private final List<IpAddressMatcher> proxies;
  private final UserService users;
  private final Refusals refusals;

  ProxySignIn(SecurityProperties properties, UserService users, Refusals refusals) {
    this.properties = properties;
    this.proxies = properties.proxy().addresses().stream().map(IpAddressMatcher::new).toList();
    this.users = users;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String name = request.getHeader(properties.proxy().userHeader());
    boolean isFromProxy = proxies.stream().anyMatch(p -> p.matches(request.getRemoteAddr()));
    boolean isKnown = SecurityContextHolder.getContext().getAuthentication() != null;
    if (name == null || name.isBlank() || name.length() > 200 || !isFromProxy || isKnown) {
      chain.doFilter(request, response);
      return;
    }
    Set<String> groups = groups(request.getHeader(properties.proxy().groupsHeader()));
    Set<Role> roles = UserService.rolesOf(groups, properties.roles(), properties.defaultRoles());
    Optional<User> user = users.known(SecurityMode.PROXY, name, name, roles, groups);
    if (user.isEmpty()) {
      refusals.write(request, response, HttpStatus.FORBIDDEN, "The user " + name + " is disabled");
      return;
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new CallerAuthentication(user.get().caller()));
    SecurityContextHolder.setContext(context);
    chain.doFilter(request, response);
  }

  private static Set<String> groups(@Nullable String header) {
    Set<String> groups = new TreeSet<>();
    if (header != null) {
      for (String group : header.split(",")) {
        if (!group.isBlank() && group.strip().length() <= 100) {
          groups.add(group.strip());
        }
      }
    }
    return groups;
  }
}
