package org.harmonykb.jobs;

import java.util.UUID;

/** A document that a job could not do. */
public record JobError(UUID documentId, String name, String message) {}
