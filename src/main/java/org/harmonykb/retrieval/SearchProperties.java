package org.harmonykb.retrieval;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where passages are searched.
 *
 * @param engine Lucene in this process, or an OpenSearch cluster that several replicas share
 */
@ConfigurationProperties("kb.search")
public record SearchProperties(
    @DefaultValue("LUCENE") Engine engine, @DefaultValue OpenSearch opensearch) {

  public enum Engine {
    LUCENE,
    OPENSEARCH
  }

  /**
   * The cluster, which needs the k-NN plugin.
   *
   * @param urls of some of its nodes
   * @param username for basic authentication; empty for none
   * @param prefix of the names of its indexes, which belong to this service alone
   * @param shards of a new generation
   * @param replicas copies of each shard beside the first
   * @param timeout for one answer
   */
  public record OpenSearch(
      @DefaultValue("http://localhost:9200") List<String> urls,
      @DefaultValue("") String username,
      @DefaultValue("") String password,
      @DefaultValue("kb-passages") String prefix,
      @DefaultValue("1") int shards,
      @DefaultValue("1") int replicas,
      @DefaultValue("30s") Duration timeout) {

    public OpenSearch {
      urls = List.copyOf(urls);
      if (urls.isEmpty() || !prefix.matches("[a-z][a-z0-9-]{0,40}") || shards < 1 || replicas < 0) {
        throw new IllegalArgumentException(
            "kb.search.opensearch needs urls, a prefix of small letters, digits and dashes, at least one shard and no fewer than 0 replicas");
      }
    }

    /** Without the password. */
    @Override
    public String toString() {
      return prefix + " at " + String.join(", ", urls);
    }
  }
}
