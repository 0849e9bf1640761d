/** Models behind OpenAI-compatible servers: back ends, their health, and streams from them. */
@NullMarked
package org.harmonykb.remote;

import org.jspecify.annotations.NullMarked;
