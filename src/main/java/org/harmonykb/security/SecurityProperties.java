package org.harmonykb.security;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Sign-in.
 *
 * @param mode null: demo while the service listens to this machine only, else local
 * @param hosts further names under which demo mode answers, beside those of this machine
 * @param allowedOrigins pages of other servers that may call the API, such as {@code
 *     https://intranet.example.com}
 * @param roles groups of the provider or proxy that give a role, such as {@code admin: [kb-admins]}
 * @param defaultRoles of everybody who signs in at a provider or proxy
 */
@ConfigurationProperties("kb.security")
record SecurityProperties(
    @Nullable SecurityMode mode,
    @DefaultValue Set<String> hosts,
    @DefaultValue Set<String> allowedOrigins,
    @DefaultValue Map<Role, Set<String>> roles,
    @DefaultValue("READER") Set<Role> defaultRoles,
    @DefaultValue Oidc oidc,
    @DefaultValue Proxy proxy,
    @DefaultValue Keys keys) {

  /**
   * @param userClaim must never name another person later
   */
  record Oidc(
      @DefaultValue("sub") String userClaim,
      @DefaultValue("name") String nameClaim,
      @DefaultValue("groups") String groupsClaim) {}

  /**
   * @param addresses of the proxy, single or as {@code 10.0.0.0/8}; headers of others are ignored
   */
  record Proxy(
      @DefaultValue("X-Forwarded-User") String userHeader,
      @DefaultValue("X-Forwarded-Groups") String groupsHeader,
      @DefaultValue List<String> addresses) {}

  /**
   * @param longest how long an API key may be valid
   */
  record Keys(@DefaultValue("365d") Duration longest) {}
}
