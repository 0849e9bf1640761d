package org.harmonykb.security;

import java.time.Instant;
import java.util.Set;

/**
 * Somebody who signs in or did once.
 *
 * @param name unique, and never given to another person
 * @param origin who knows the password: this service, or what names people to it
 */
public record User(
    String name,
    String displayName,
    SecurityMode origin,
    Set<Role> roles,
    Set<String> groups,
    boolean enabled,
    Instant createdAt) {

  Caller caller() {
    return Caller.of(name, displayName, roles, groups);
  }
}
