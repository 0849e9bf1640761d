package org.harmonykb.documents;

import java.util.UUID;

/** Where documents go to become searchable. Called inside the transaction that stores them. */
public interface IngestionQueue {
  void enqueue(UUID documentId);
}
