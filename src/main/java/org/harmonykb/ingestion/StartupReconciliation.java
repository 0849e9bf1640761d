package org.harmonykb.ingestion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.IncomingFile;
import org.harmonykb.documents.IngestionQueue;
import org.harmonykb.documents.RefusedFileException;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.SearchIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Brings database and index back together after a start: what was interrupted is queued again, what
 * the index lost is indexed again, what it should not have is removed. Then takes in the documents
 * of the corpus folder that are new or changed.
 */
@Component
class StartupReconciliation {

  private static final Logger LOG = LoggerFactory.getLogger(StartupReconciliation.class);

  private final DocumentService documents;
  private final IngestionQueue queue;
  private final SearchIndex index;
  private final DocumentProperties properties;

  StartupReconciliation(
      DocumentService documents,
      IngestionQueue queue,
      SearchIndex index,
      DocumentProperties properties) {
    this.documents = documents;
    this.queue = queue;
    this.index = index;
    this.properties = properties;
  }

  @EventListener(ApplicationReadyEvent.class)
  void onReady() {
    Thread.ofVirtual().name("startup-reconciliation").start(this::reconcile);
  }

  void reconcile() {
    Set<UUID> indexed = new HashSet<>(index.documents());
    for (StoredDocument document : documents.unfinished()) {
      queue.enqueue(document.id());
    }
    for (StoredDocument document : documents.list(DocumentState.SEARCHABLE, null, null)) {
      if (!indexed.remove(document.id())) {
        LOG.warn("Document {} was missing from the index and is indexed again", document.id());
        queue.enqueue(document.id());
      }
    }
    for (UUID orphan : indexed) {
      if (documents.find(orphan).isEmpty()) {
        LOG.warn("The index held {}, which is no document; removed", orphan);
        index.delete(orphan);
      }
    }
    takeInCorpus();
  }

  private void takeInCorpus() {
    Path corpus = properties.corpusDir();
    if (!Files.isDirectory(corpus)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> paths = Files.walk(corpus)) {
      files =
          paths
              .filter(Files::isRegularFile)
              .filter(file -> file.getNameCount() > corpus.getNameCount() + 1)
              // Markdown first: it is read in no time, so answers begin early.
              .sorted(
                  Comparator.comparing((Path file) -> !file.toString().endsWith(".md"))
                      .thenComparing(Path::toString))
              .toList();
    } catch (IOException e) {
      LOG.warn("Cannot read the corpus folder {}", corpus, e);
      return;
    }
    int taken = 0;
    for (Path file : files) {
      Path relative = corpus.relativize(file);
      try {
        documents.accept(
            new IncomingFile(
                relative.toString().replace('\\', '/'),
                relative.getName(0).toString(),
                Set.of(),
                String.valueOf(file.getFileName()),
                Files.readAllBytes(file)));
        taken++;
      } catch (IOException | RefusedFileException e) {
        LOG.warn("The corpus file {} was not taken in: {}", relative, e.getMessage());
      }
    }
    LOG.info("{} documents of {} are taken in or known already", taken, corpus);
  }
}
