package org.harmonykb.engine;

import java.nio.file.Path;

/**
 * A loaded adapter.
 *
 * @param name by which requests choose it
 * @param file where it was loaded from
 * @param scale of requests that name none
 * @param rank the largest of its matrices
 * @param weights how many weights it changes
 * @param bytes memory it holds
 * @param requests queued and running requests that use it
 */
public record AdapterInfo(
    String name, Path file, float scale, int rank, int weights, long bytes, int requests) {}
