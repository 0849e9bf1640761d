package org.harmonykb.documents;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where things are kept.
 *
 * @param dataDir folder of database, index and files
 * @param corpusDir folder whose documents are taken in at start; nothing happens if it is missing
 */
@ConfigurationProperties("kb")
public record DocumentProperties(Path dataDir, Path corpusDir) {}
