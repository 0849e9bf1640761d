package org.harmonykb.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class UserStoreTest {

  /** Whoever needs two connections to find somebody waits for others who do, for ever. */
  @Test
  void oneConnectionIsEnoughToFindUsersAndTheirGroups() {
    HikariConfig config = new HikariConfig();
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    Flyway.configure().dataSource(url, "", "").load().migrate();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(1000);
    try (HikariDataSource database = new HikariDataSource(config)) {
      UserStore store = new UserStore(JdbcClient.create(database), Clock.systemUTC());
      store.insert(user("ada", "hr", "everyone"), "secret");
      store.insert(user("bob"), "secret");

      assertThat(store.find("ada"))
          .get()
          .extracting(User::groups)
          .isEqualTo(Set.of("everyone", "hr"));
      assertThat(store.find("bob")).get().extracting(User::groups).isEqualTo(Set.of());
      assertThat(store.find("eve")).isEmpty();
      assertThat(store.all()).extracting(User::name).containsExactly("ada", "bob");
    }
  }

  private static User user(String name, String... groups) {
    return new User(
        name,
        name,
        SecurityMode.LOCAL,
        EnumSet.of(Role.READER),
        Set.of(groups),
        true,
        Instant.EPOCH);
  }
}
