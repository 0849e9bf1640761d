package org.harmonykb.ingestion;

import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.util.UUID;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.documents.IngestionQueue;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobService;
import org.harmonykb.metrics.ObservedRetriever;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.springframework.beans.factory.ObjectProvider;
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
