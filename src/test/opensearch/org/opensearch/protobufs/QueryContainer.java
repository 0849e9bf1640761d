package org.opensearch.protobufs;

/** Stands in for the message of a gRPC module that is not published; no test speaks gRPC. */
public class QueryContainer {

  /** Only named, never used. */
  public enum QueryContainerCase {
    KNN
  }
}
