package org.harmonykb.security;

import java.util.Set;

/**
 * What somebody is to the knowledge base. No role reads documents that its groups may not read, and
 * nobody reads the conversations of others.
 */
public enum Role {
  READER(Set.of(Permission.CHAT)),
  EDITOR(Set.of(Permission.CHAT, Permission.INGEST)),
  AUDITOR(Set.of(Permission.AUDIT)),
  ADMIN(Set.of(Permission.values()));

  private final Set<Permission> permissions;

  Role(Set<Permission> permissions) {
    this.permissions = permissions;
  }

  public Set<Permission> permissions() {
    return permissions;
  }
}
