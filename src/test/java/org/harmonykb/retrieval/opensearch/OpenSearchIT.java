package org.harmonykb.retrieval.opensearch;

import org.harmonykb.retrieval.SearchProperties;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a real cluster of two nodes, each index in two shards with a copy each. */
@SuppressWarnings("NullAway.Init")
class OpenSearchIT extends OpenSearchContract {

  private static OpenSearchNodes nodes;

  @BeforeAll
  static void start() {
    nodes = OpenSearchNodes.shared();
  }

  @Override
  SearchProperties.OpenSearch properties(String name) {
    return nodes.properties(name);
  }
}
