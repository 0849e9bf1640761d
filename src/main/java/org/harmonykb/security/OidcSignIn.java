package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.DisabledException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.context.SecurityContextRepository;

/**
 * People and machines of an OpenID Connect provider: who signed in at its page, or sends an access
 * token of it. Roles come from the groups that it names.
 */
final class OidcSignIn
    implements AuthenticationSuccessHandler, Converter<Jwt, AbstractAuthenticationToken> {

  private final SecurityProperties properties;
  private final UserService users;
  private final SecurityContextRepository sessions;

  OidcSignIn(SecurityProperties properties, UserService users, SecurityContextRepository sessions) {
    this.properties = properties;
    this.users = users;
    this.sessions = sessions;
  }

  @Override
  public void onAuthenticationSuccess(
      HttpServletRequest request, HttpServletResponse response, Authentication authentication)
      throws IOException {
    if (!(authentication.getPrincipal() instanceof OAuth2User person)) {
      throw new IllegalStateException("the provider told nothing about who signed in");
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    try {
      context.setAuthentication(authentication(person.getAttributes()));
    } catch (DisabledException e) {
      sessions.saveContext(context, request, response);
      Refusals.redirect(response, "/login.html?error");
      return;
    }
    SecurityContextHolder.setContext(context);
    sessions.saveContext(context, request, response);
    Refusals.redirect(response, "/");
  }

  @Override
  public AbstractAuthenticationToken convert(Jwt token) {
    return authentication(token.getClaims());
  }

  private CallerAuthentication authentication(Map<String, Object> claims) {
    SecurityProperties.Oidc names = properties.oidc();
    Object subject = claims.get(names.userClaim());
    if (!(subject instanceof String name) || name.isBlank() || name.length() > 200) {
      throw new DisabledException("The provider names nobody in " + names.userClaim());
    }
    String displayName =
        claims.get(names.nameClaim()) instanceof String text && text.length() <= 200 ? text : name;
    Set<String> groups = new TreeSet<>();
    if (claims.get(names.groupsClaim()) instanceof Collection<?> named) {
      for (Object group : named) {
        if (group instanceof String text && !text.isBlank() && text.length() <= 100) {
          groups.add(text);
        }
      }
    }
    Set<Role> roles = UserService.rolesOf(groups, properties.roles(), properties.defaultRoles());
    return users
        .known(SecurityMode.OIDC, name, displayName, roles, groups)
        .map(user -> new CallerAuthentication(user.caller()))
        .orElseThrow(() -> new DisabledException("The user " + name + " is disabled"));
  }
}
