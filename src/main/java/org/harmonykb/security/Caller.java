package org.harmonykb.security;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls.
 *
 * @param name unique; conversations belong to it
 * @param permissions of the roles, or of an API key where one was sent
 * @param key id of the API key, or null for a person
 * @param unrestricted true only in demo mode: everything may be read
 */
public record Caller(
    String name,
    String displayName,
    Set<Role> roles,
    Set<String> groups,
    Set<Permission> permissions,
    @Nullable String key,
    boolean unrestricted)
    implements Serializable {

  /** The one user of demo mode. */
  static final Caller DEMO =
      new Caller(
          "demo", "Demo", Set.of(Role.values()), Set.of(), Set.of(Permission.values()), null, true);

  public Caller {
    roles = Set.copyOf(roles);
    groups = Set.copyOf(groups);
    permissions = Set.copyOf(permissions);
  }

  static Caller of(String name, String displayName, Set<Role> roles, Set<String> groups) {
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    roles.forEach(role -> permissions.addAll(role.permissions()));
    return new Caller(name, displayName, roles, groups, permissions, null, false);
  }

  /** The same person through an API key, which never allows more than they may do. */
  Caller through(String keyId, Set<Permission> scopes) {
    Set<Permission> both = EnumSet.noneOf(Permission.class);
    both.addAll(permissions);
    both.retainAll(scopes);
    return new Caller(name, displayName, roles, groups, both, keyId, unrestricted);
  }
}
