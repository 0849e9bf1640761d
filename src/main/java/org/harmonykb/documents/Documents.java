package org.harmonykb.documents;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Documents extends JpaRepository<StoredDocument, UUID> {

  Optional<StoredDocument> findByExternalId(String externalId);

  List<StoredDocument> findByStateIn(List<DocumentState> states);

  long countByState(DocumentState state);
}
