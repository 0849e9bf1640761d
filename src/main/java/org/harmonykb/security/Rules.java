package org.harmonykb.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;

/**
 * Which permission a path needs. Whatever is not named needs {@link Permission#CHAT} under /api and
 * /v1, {@link Permission#ADMIN} under /api/admin, and a sign-in elsewhere. Which objects may be
 * seen is said by {@link ObjectRights}.
 */
final class Rules {

  private static final Set<String> PAGE_FILES =
      Set.of("js", "mjs", "css", "svg", "png", "ico", "woff2", "webmanifest", "wasm", "map");

  private Rules() {}

  static void apply(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          paths) {
    paths
        // A request that went on asynchronously was authorised when it came in.
        .dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
        .permitAll()
        .requestMatchers("/error")
        .denyAll()
        .requestMatchers("/actuator/health", "/actuator/health/**")
        .permitAll()
        .requestMatchers("/actuator/prometheus")
        .hasAuthority(name(Permission.METRICS))
        .requestMatchers("/actuator/**")
        .hasAuthority(name(Permission.ADMIN))
        .requestMatchers("/api/me", "/api/login", "/api/setup", "/api/logout", "/login.html")
        .permitAll()
        .requestMatchers(Rules::isPageFile)
        .permitAll()
        .requestMatchers("/api/me/**", "/api/keys", "/api/keys/**")
        .access((caller, context) -> new AuthorizationDecision(isPerson(caller.get())))
        .requestMatchers("/api/admin/audit", "/api/admin/audit/**")
        .hasAuthority(name(Permission.AUDIT))
        .requestMatchers("/api/admin/**")
        .hasAuthority(name(Permission.ADMIN))
        .requestMatchers(HttpMethod.GET, "/api/documents", "/api/documents/**", "/api/status")
        .hasAnyAuthority(name(Permission.CHAT), name(Permission.INGEST))
        .requestMatchers("/api/documents", "/api/documents/**", "/api/sync", "/api/sync/**")
        .hasAuthority(name(Permission.INGEST))
        .requestMatchers("/api/**", "/v1/**")
        .hasAuthority(name(Permission.CHAT))
        .anyRequest()
        .authenticated();
  }

  private static String name(Permission permission) {
    return permission.name();
  }

  /** A key must not make further keys or change its owner. */
  private static boolean isPerson(org.springframework.security.core.Authentication caller) {
    return caller instanceof CallerAuthentication known && known.getPrincipal().key() == null;
  }

  /** Scripts and styles hold no secrets; the page must load before anybody is signed in. */
  private static boolean isPageFile(HttpServletRequest request) {
    String path = request.getRequestURI();
    boolean isData =
        Stream.of("/api/", "/v1/", "/actuator/", "/openapi").anyMatch(path::startsWith);
    int dot = path.lastIndexOf('.');
    return request.getMethod().equals("GET")
        && !isData
        && dot > path.lastIndexOf('/')
        && PAGE_FILES.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
  }
}
