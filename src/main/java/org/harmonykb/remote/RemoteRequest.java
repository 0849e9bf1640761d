package org.harmonykb.remote;

import java.util.UUID;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.harmony.Conversation;

/**
 * What a server is to write.
 *
 * @param route requests of one route go to one server while it is there: a conversation's id
 * @param conversation its date is the server's affair
 * @param sampling temperature, top-p and seed are sent; other options have no name that all servers
 *     know
 */
public record RemoteRequest(
    UUID route, Conversation conversation, SamplingOptions sampling, int maxTokens) {}
