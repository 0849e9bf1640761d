package org.harmonykb.conversations;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Conversations extends JpaRepository<Conversation, UUID> {

  List<Conversation> findTop500ByOwnerOrderByUpdatedAtDesc(String owner);

  List<Conversation> findByOwner(String owner);

  boolean existsByIdAndOwner(UUID id, String owner);

  Optional<Conversation> findByShareToken(String shareToken);
}
