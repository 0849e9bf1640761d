package org.harmonykb.jobs;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Jobs extends JpaRepository<Job, UUID> {

  List<Job> findTop200ByOrderByCreatedAtDesc();

  boolean existsByKindAndStateIn(Job.Kind kind, List<Job.State> states);
}
