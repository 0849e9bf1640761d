package org.harmonykb.security;

/** How people sign in. */
public enum SecurityMode {
  /** Nobody does; served to this machine only. */
  DEMO,
  /** By a name and a password kept here. */
  LOCAL,
  /** At an OpenID Connect provider. */
  OIDC,
  /** At a reverse proxy, which names them in headers. */
  PROXY
}
