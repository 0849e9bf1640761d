package org.harmonykb.security;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Users and their groups in the database. */
@Component
class UserStore {

  private static final String USERS =
      "select name, display_name, origin, roles, enabled, created_at, group_name from app_user"
          + " left join app_member on user_name = name";

  private final JdbcClient jdbc;
  private final Clock clock;

  UserStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  boolean isEmpty() {
    return jdbc.sql("select count(*) from app_user").query(Long.class).single() == 0;
  }

  List<User> all() {
    return users(jdbc.sql(USERS + " order by name"));
  }

  Optional<User> find(String name) {
    return users(jdbc.sql(USERS + " where name = ?").param(name)).stream().findFirst();
  }

  /** The encoded password, or null for people whose password is kept elsewhere. */
  @Nullable String password(String name) {
    return jdbc.sql("select password from app_user where name = ? and password is not null")
        .param(name)
        .query(String.class)
        .optional()
        .orElse(null);
  }

  Set<String> groups() {
    return new TreeSet<>(
        jdbc.sql(
                "select distinct group_name from app_member"
                    + " union select distinct group_name from collection_access")
            .query(String.class)
            .list());
  }

  void insert(User user, @Nullable String password) {
    jdbc.sql(
            "insert into app_user (name, display_name, origin, password, roles, enabled, created_at,"
                + " updated_at) values (?, ?, ?, ?, ?, ?, ?, ?)")
        .params(user.name(), user.displayName(), user.origin().name())
        .param(password)
        .params(
            text(user.roles()),
            user.enabled(),
            Timestamp.from(clock.instant()),
            Timestamp.from(clock.instant()))
        .update();
    join(user);
  }

  void update(User user) {
    jdbc.sql(
            "update app_user set display_name = ?, origin = ?, roles = ?, enabled = ?, updated_at = ?"
                + " where name = ?")
        .params(
            user.displayName(),
            user.origin().name(),
            text(user.roles()),
            user.enabled(),
            Timestamp.from(clock.instant()),
            user.name())
        .update();
    jdbc.sql("delete from app_member where user_name = ?").param(user.name()).update();
    join(user);
  }

  void setPassword(String name, String password) {
    jdbc.sql("update app_user set password = ?, updated_at = ? where name = ?")
        .params(password, Timestamp.from(clock.instant()), name)
        .update();
  }

  void delete(String name) {
    jdbc.sql("delete from app_user where name = ?").param(name).update();
  }

  private void join(User user) {
    for (String group : user.groups()) {
      jdbc.sql("insert into app_member (user_name, group_name) values (?, ?)")
          .params(user.name(), group)
          .update();
    }
  }

  /**
   * All in one query: a second one for the groups, made while a row of the first is read, needs a
   * second connection, and many who hold one and wait for another wait for each other.
   */
  private static List<User> users(JdbcClient.StatementSpec query) {
    Map<String, User> users = new LinkedHashMap<>();
    query.query(
        row -> {
          String name = row.getString("name");
          User user = users.get(name);
          if (user == null) {
            user = user(name, row);
            users.put(name, user);
          }
          String group = row.getString("group_name");
          if (group != null) {
            user.groups().add(group);
          }
        });
    return List.copyOf(users.values());
  }

  /** Without groups yet. */
  private static User user(String name, ResultSet row) throws SQLException {
    return new User(
        name,
        row.getString("display_name"),
        SecurityMode.valueOf(row.getString("origin")),
        roles(row.getString("roles")),
        new TreeSet<>(),
        row.getBoolean("enabled"),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }

  private static String text(Set<Role> roles) {
    return roles.stream().map(Role::name).sorted().collect(Collectors.joining(" "));
  }

  private static Set<Role> roles(String text) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String role : text.split(" ")) {
      if (!role.isEmpty()) {
        roles.add(Role.valueOf(role));
      }
    }
    return roles;
  }
}
