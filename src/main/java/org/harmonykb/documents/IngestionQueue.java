package org.harmonykb.documents;

import java.util.UUID;

/** Where documents go to become searchable. Called inside the transaction that stores them. */
public interface IngestionQueue {

  /** Has a document read, unless it waits for that already. */
  void enqueue(UUID documentId);

  /**
   * Writes what is known of a document into the index again, under its present collection, readers
   * and dates; they hold when this returns.
   */
  void refresh(StoredDocument document);
}
