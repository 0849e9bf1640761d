package org.harmonykb.web;

import org.harmonykb.DeployedImages;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The same contract on the image that is deployed, where there is Docker. */
@Testcontainers(disabledWithoutDocker = true)
class PostgresContainerIT extends PostgresContract {

  @Container
  static final PostgreSQLContainer DATABASE =
      new PostgreSQLContainer(DeployedImages.of("postgres"))
          .withDatabaseName("postgres")
          .withUsername("postgres")
          .withPassword(PASSWORD);

  @Override
  String url() {
    return DATABASE.getJdbcUrl();
  }
}
