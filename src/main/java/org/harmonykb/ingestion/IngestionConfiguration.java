package org.harmonykb.ingestion;

import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.documents.IngestionQueue;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobService;
import org.harmonykb.metrics.ObservedRetriever;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IngestionConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean(destroyMethod = "close")
  LuceneSearchIndex searchIndex(DocumentProperties properties) {
    return new LuceneSearchIndex(properties.dataDir().resolve("index"));
  }

  @Bean(destroyMethod = "close")
  OnnxEmbedder embedder() {
    return new OnnxEmbedder();
  }

  @Bean
  Retriever retriever(SearchIndex index, Embedder embedder, ObservationRegistry observations) {
    return new ObservedRetriever(
        new HybridRetriever(index, embedder, HybridRetriever.FUSION), observations);
  }

  @Bean
  IngestionQueue ingestionQueue(JobService jobs) {
    return documentId -> jobs.submit(Job.Kind.INGEST, documentId);
  }
}
