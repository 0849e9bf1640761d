package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.RevisionInForce;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.SearchIndex;
import org.springframework.stereotype.Component;

/** Brings what the database has of a document into the index. */
@Component
class PassageIndexer {

  private final DocumentService documents;
  private final PassageStore store;
  private final SearchIndex index;

  PassageIndexer(DocumentService documents, PassageStore store, SearchIndex index) {
    this.documents = documents;
    this.store = store;
    this.index = index;
  }

  /** To be called while the document holds still. */
  void write(StoredDocument document) {
    List<Chunk> chunks = chunks(document);
    if (chunks.isEmpty()) {
      index.delete(document.id());
    } else {
      index.replace(document.id(), chunks);
    }
  }

  /** Brings a document's passages up to date in the index; does nothing if it is gone. */
  void write(UUID id) {
    documents.holding(id, this::write);
  }

  /** All passages that count today and later, under the document's collection and readers. */
  private List<Chunk> chunks(StoredDocument document) {
    List<Chunk> chunks = new ArrayList<>();
    for (RevisionInForce inForce : documents.inForce(document.id())) {
      List<StoredPassage> passages = store.of(document.id(), inForce.revision().revision());
      chunks.addAll(chunks(document, inForce, passages));
    }
    return chunks;
  }

  static List<Chunk> chunks(
      StoredDocument document, RevisionInForce inForce, List<StoredPassage> passages) {
    return passages.stream()
        .map(
            passage ->
                new Chunk(
                    document.id(),
                    inForce.revision().revision(),
                    passage.ordinal(),
                    document.collection(),
                    inForce.revision().title(),
                    passage.section(),
                    passage.page(),
                    inForce.from(),
                    inForce.to(),
                    passage.language(),
                    passage.text(),
                    document.allow(),
                    passage.vector()))
        .toList();
  }
}
