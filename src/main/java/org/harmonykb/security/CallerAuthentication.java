package org.harmonykb.security;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A caller as Spring Security sees one; the authorities are the names of the permissions. */
final class CallerAuthentication extends AbstractAuthenticationToken {

  private static final long serialVersionUID = 1;

  private final Caller caller;

  CallerAuthentication(Caller caller) {
    super(caller.permissions().stream().map(p -> new SimpleGrantedAuthority(p.name())).toList());
    this.caller = caller;
    setAuthenticated(true);
  }

  @Override
  public Caller getPrincipal() {
    return caller;
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public String getName() {
    return caller.name();
  }
}
