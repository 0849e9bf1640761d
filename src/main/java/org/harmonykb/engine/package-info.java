/**
 * The inference engine's public face: a loaded model that turns token ids into more token ids.
 *
 * <p>Law: the caller always hands over the full prompt; the engine finds and reuses the longest
 * cached prefix by itself, and a cached answer equals a cold one token by token. Nobody outside
 * manages KV state. This package and its sub-packages depend on the JDK and JSpecify only; vector
 * types appear in {@code engine.kernel} alone.
 */
@NullMarked
package org.harmonykb.engine;

import org.jspecify.annotations.NullMarked;
