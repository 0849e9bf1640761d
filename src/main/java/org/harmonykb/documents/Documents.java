package org.harmonykb.documents;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;

interface Documents extends JpaRepository<StoredDocument, UUID> {

  Optional<StoredDocument> findByExternalId(String externalId);

  /** Holds the row until the transaction ends, so that nobody changes or deletes it meanwhile. */
  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("select d from StoredDocument d where d.id = :id")
  Optional<StoredDocument> findLocked(UUID id);

  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("select d from StoredDocument d where d.externalId = :externalId")
  Optional<StoredDocument> findLockedByExternalId(String externalId);

  List<StoredDocument> findByStateIn(Collection<DocumentState> states);

  List<StoredDocument> findTop64ByStateOrderByUpdatedAt(DocumentState state);

  List<StoredDocument> findBySource(String source);

  List<StoredDocument> findBySha256OrderByCreatedAt(String sha256);

  long countByState(DocumentState state);

  long countByStateIn(Collection<DocumentState> states);
}
