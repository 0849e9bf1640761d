/** Architectures over shared parts; a model never extends another. */
@NullMarked
package org.harmonykb.engine.model;

import org.jspecify.annotations.NullMarked;
