package org.harmonykb.ingestion;

import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.documents.IngestionQueue;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobService;
import org.harmonykb.metrics.ObservedRetriever;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.EmbeddingProperties;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.OnnxReranker;
import org.harmonykb.retrieval.Reranker;
import org.harmonykb.retrieval.RerankerProperties;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.SearchProperties;
import org.harmonykb.retrieval.VectorSpaces;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.harmonykb.retrieval.opensearch.OpenSearchIndex;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IngestionConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnProperty(name = "kb.search.engine", havingValue = "lucene", matchIfMissing = true)
  LuceneSearchIndex searchIndex(DocumentProperties properties, OnnxEmbedder embedder) {
    return new LuceneSearchIndex(properties.dataDir().resolve("index"), embedder.spaces());
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnProperty(name = "kb.search.engine", havingValue = "opensearch")
  OpenSearchIndex sharedSearchIndex(SearchProperties properties, OnnxEmbedder embedder) {
    Map<String, Integer> dimensions = new HashMap<>();
    for (String language : List.of(Language.ENGLISH, Language.CHINESE)) {
      dimensions.put(language, embedder.query(language, "a").length);
    }
    return new OpenSearchIndex(properties.opensearch(), embedder.spaces(), dimensions);
  }

  @Bean(destroyMethod = "close")
  OnnxEmbedder embedder(EmbeddingProperties properties) {
    return OnnxEmbedder.open(properties);
  }

  /**
   * Compares sentences with a question. The weights that judge its similarities were found with the
   * bundled models, whatever passages are embedded with.
   */
  @Bean(destroyMethod = "close", defaultCandidate = false)
  OnnxEmbedder sentenceEmbedder(OnnxEmbedder embedder) {
    return embedder.spaces().equals(VectorSpaces.BUNDLED) ? embedder : new OnnxEmbedder();
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnProperty("kb.reranker.path")
  OnnxReranker reranker(RerankerProperties properties) {
    return Objects.requireNonNull(OnnxReranker.open(properties), "kb.reranker.path is empty");
  }

  @Bean
  Retriever retriever(
      SearchIndex index,
      Embedder embedder,
      ObjectProvider<Reranker> reranker,
      ObservationRegistry observations) {
    return new ObservedRetriever(
        new HybridRetriever(
            index, embedder, HybridRetriever.fusion(embedder), reranker.getIfAvailable()),
        observations);
  }

  @Bean
  CustomTask<Void> embedTask(Embedding embedding) {
    return embedding.task();
  }

  @Bean
  IngestionQueue ingestionQueue(
      ObjectProvider<JobService> jobs, ObjectProvider<PassageIndexer> indexer) {
    return new IngestionQueue() {

      @Override
      public void enqueue(UUID documentId) {
        jobs.getObject().submit(Job.Kind.INGEST, documentId);
      }

      @Override
      public void refresh(StoredDocument document) {
        indexer.getObject().write(document);
      }
    };
  }
}
