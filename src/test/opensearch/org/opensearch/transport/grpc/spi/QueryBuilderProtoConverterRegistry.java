package org.opensearch.transport.grpc.spi;

/** Stands in for an interface of a gRPC module that is not published; no test speaks gRPC. */
public interface QueryBuilderProtoConverterRegistry {}
