package org.harmonykb.documents;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where things are kept.
 *
 * @param dataDir folder of database, index and files
 * @param corpusDir folder whose documents are taken in at start; nothing happens if it is missing
 * @param minFreeDisk room that uploads leave on the disk of {@code dataDir}
 */
@ConfigurationProperties("kb")
public record DocumentProperties(
    Path dataDir, Path corpusDir, @DefaultValue("200MB") DataSize minFreeDisk) {}
