package org.harmonykb.conversations;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Conversations extends JpaRepository<Conversation, UUID> {

  List<Conversation> findTop500ByOrderByUpdatedAtDesc();
}
