/** Arithmetic. The only package that uses the Vector API; each kernel has a scalar twin. */
@NullMarked
package org.harmonykb.engine.kernel;

import org.jspecify.annotations.NullMarked;
