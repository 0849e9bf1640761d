package org.harmonykb.retrieval.opensearch;

import java.time.Duration;
import java.util.List;
import org.harmonykb.DeployedImages;
import org.harmonykb.retrieval.SearchProperties;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The same contract on the image that is deployed, where there is Docker. */
@Testcontainers(disabledWithoutDocker = true)
class OpenSearchContainerIT extends OpenSearchContract {

  private static final int HTTP = 9200;

  @Container
  static final GenericContainer<?> CLUSTER =
      new GenericContainer<>(DeployedImages.of("opensearch"))
          .withEnv("discovery.type", "single-node")
          .withEnv("DISABLE_SECURITY_PLUGIN", "true")
          .withEnv("DISABLE_INSTALL_DEMO_CONFIG", "true")
          .withEnv("OPENSEARCH_JAVA_OPTS", "-Xms640m -Xmx640m")
          .withExposedPorts(HTTP)
          .waitingFor(
              Wait.forHttp("/_cluster/health")
                  .forPort(HTTP)
                  .withStartupTimeout(Duration.ofMinutes(3)));

  @Override
  SearchProperties.OpenSearch properties(String name) {
    String url = "http://%s:%d".formatted(CLUSTER.getHost(), CLUSTER.getMappedPort(HTTP));
    return new SearchProperties.OpenSearch(
        List.of(url), "", "", name, 2, 0, Duration.ofSeconds(30));
  }
}
