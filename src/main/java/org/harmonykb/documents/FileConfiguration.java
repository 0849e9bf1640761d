package org.harmonykb.documents;

import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.io.IOException;
import java.nio.file.Files;
import org.harmonykb.storage.FolderFiles;
import org.harmonykb.storage.StorageProperties;
import org.harmonykb.storage.s3.S3Files;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class FileConfiguration {

  @Bean
  @ConditionalOnProperty(name = "kb.storage.engine", havingValue = "files", matchIfMissing = true)
  FolderFiles files(DocumentProperties properties) {
    return new FolderFiles(
        properties.dataDir().resolve("files"), properties.minFreeDisk().toBytes());
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnProperty(name = "kb.storage.engine", havingValue = "s3")
  S3Files sharedFiles(StorageProperties properties, DocumentProperties documents)
      throws IOException {
    Files.createDirectories(documents.dataDir()); // perhaps nothing else does
    return new S3Files(properties.s3());
  }

  /** Deletes what a storage that was away left undeleted; after a crash the next start does. */
  @Bean
  @ConditionalOnProperty(name = "kb.storage.engine", havingValue = "s3")
  RecurringTask<Void> fileRemovalSchedule(FileRemoval removal, StorageProperties properties) {
    return Tasks.recurring(
            TaskDescriptor.of("file-removal"), Schedules.fixedDelay(properties.retry()))
        .execute((instance, context) -> removal.deletePending());
  }
}
