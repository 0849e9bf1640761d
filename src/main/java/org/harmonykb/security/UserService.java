package org.harmonykb.security;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.harmonykb.conversations.ConversationService;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users, their roles and groups. What is changed holds from the next request on. */
@Service
public class UserService {

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._@+-]{1,100}");
  private static final Pattern GROUP = Pattern.compile("[^\\p{Cntrl}]{1,100}");
  private static final int SHORTEST_PASSWORD = 12;
  private static final int LONGEST_PASSWORD = 72;

  private final UserStore users;
  private final PasswordEncoder encoder;
  private final ConversationService conversations;
  private final Clock clock;
  private final String nobodysPassword;

  UserService(
      UserStore users, PasswordEncoder encoder, ConversationService conversations, Clock clock) {
    this.users = users;
    this.encoder = encoder;
    this.conversations = conversations;
    this.clock = clock;
    this.nobodysPassword = String.valueOf(encoder.encode("nobody has this password"));
  }

  /**
   * What may be changed of a user; null leaves it as it is.
   *
   * @param password of a user of {@link SecurityMode#LOCAL}
   */
  public record Change(
      @Nullable String displayName,
      @Nullable String password,
      @Nullable Set<Role> roles,
      @Nullable Set<String> groups,
      @Nullable Boolean enabled) {}

  public List<User> all() {
    return users.all();
  }

  public Set<String> groups() {
    return users.groups();
  }

  boolean isEmpty() {
    return users.isEmpty();
  }

  /**
   * @throws UnknownUserException if there is none
   */
  public User get(String name) {
    return users.find(name).orElseThrow(() -> new UnknownUserException("user " + name));
  }

  Optional<User> findEnabled(String name) {
    return users.find(name).filter(User::enabled);
  }

  /** The user of this name and password. Takes as long when there is no such user. */
  Optional<User> authenticate(String name, String password) {
    String stored = users.password(name);
    boolean matches = encoder.matches(password, stored == null ? nobodysPassword : stored);
    if (stored == null || !matches) {
      return Optional.empty();
    }
    if (encoder.upgradeEncoding(stored)) {
      users.setPassword(name, String.valueOf(encoder.encode(password)));
    }
    return findEnabled(name);
  }

  /**
   * @throws IllegalArgumentException if a value cannot be taken
   */
  @Transactional
  public User create(String name, Change change) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A user's name needs 1 to 100 letters, digits or any of . _ @ + -");
    }
    if (name.equals(Caller.DEMO.name())) {
      throw new IllegalArgumentException("The name " + name + " belongs to demo mode");
    }
    if (users.find(name).isPresent()) {
      throw new UserConflictException("There is a user " + name + " already");
    }
    User user =
        new User(
            name,
            change.displayName == null ? name : change.displayName,
            SecurityMode.LOCAL,
            change.roles == null ? Set.of(Role.READER) : change.roles,
            checkGroups(change.groups == null ? Set.of() : change.groups),
            !Boolean.FALSE.equals(change.enabled),
            clock.instant());
    users.insert(user, encode(change.password));
    return user;
  }

  /**
   * @throws UnknownUserException if there is none
   * @throws UserConflictException if nobody could administer the service afterwards
   */
  @Transactional
  public User update(String name, Change change) {
    User old = get(name);
    User user =
        new User(
            name,
            change.displayName == null ? old.displayName() : change.displayName,
            old.origin(),
            change.roles == null ? old.roles() : change.roles,
            checkGroups(change.groups == null ? old.groups() : change.groups),
            change.enabled == null ? old.enabled() : change.enabled,
            old.createdAt());
    if (change.password != null) {
      if (old.origin() != SecurityMode.LOCAL) {
        throw new IllegalArgumentException("The password of " + name + " is not kept here");
      }
      users.setPassword(name, encode(change.password));
    }
    users.update(user);
    requireAnAdmin(old);
    return user;
  }

  /** Removes a user, their API keys and their conversations. */
  @Transactional
  public void delete(String name) {
    User old = get(name);
    users.delete(name);
    conversations.deleteOf(name);
    requireAnAdmin(old);
  }

  /**
   * @throws IllegalArgumentException if the present password is wrong or the new one too short
   */
  @Transactional
  public void changePassword(String name, String present, String next) {
    if (authenticate(name, present).isEmpty()) {
      throw new IllegalArgumentException("The present password is wrong");
    }
    users.setPassword(name, encode(next));
  }

  /** Notes what a provider or proxy says about somebody, and tells who that is here. */
  @Transactional
  Optional<User> known(
      SecurityMode origin, String name, String displayName, Set<Role> roles, Set<String> groups) {
    Optional<User> before = users.find(name);
    if (before.isEmpty()) {
      users.insert(new User(name, displayName, origin, roles, groups, true, clock.instant()), null);
      return users.find(name);
    }
    User old = before.get();
    if (!old.enabled()) {
      return Optional.empty();
    }
    User now = new User(name, displayName, old.origin(), roles, groups, true, old.createdAt());
    if (!now.equals(old)) {
      users.update(now);
    }
    return Optional.of(now);
  }

  private String encode(@Nullable String password) {
    if (password == null
        || password.length() < SHORTEST_PASSWORD
        || password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD) {
      throw new IllegalArgumentException(
          "A password needs at least %d characters and at most %d bytes"
              .formatted(SHORTEST_PASSWORD, LONGEST_PASSWORD));
    }
    return String.valueOf(encoder.encode(password));
  }

  private static Set<String> checkGroups(Set<String> groups) {
    for (String group : groups) {
      if (group == null || !GROUP.matcher(group).matches()) {
        throw new IllegalArgumentException("A group's name needs 1 to 100 printable characters");
      }
    }
    return groups;
  }

  private void requireAnAdmin(User changed) {
    boolean wasAdmin = changed.enabled() && changed.roles().contains(Role.ADMIN);
    boolean hasAdmin =
        users.all().stream().anyMatch(u -> u.enabled() && u.roles().contains(Role.ADMIN));
    if (wasAdmin && !hasAdmin) {
      throw new UserConflictException("The last administrator must stay one");
    }
  }

  /** The roles of groups that a provider or proxy names. */
  static Set<Role> rolesOf(
      Set<String> groups, Map<Role, Set<String>> byRole, Set<Role> defaultRoles) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    roles.addAll(defaultRoles);
    byRole.forEach(
        (role, giving) -> {
          if (giving.stream().anyMatch(groups::contains)) {
            roles.add(role);
          }
        });
    return roles;
  }
}
