# Builds the jar and an image that runs it as an ordinary user.
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends maven \
    && ./mvnw -B -DskipTests -P '!fetch-model' package \
    && java -Djarmode=tools -jar target/harmony-kb-*.jar extract --destination /app \
    && mv /app/harmony-kb-*.jar /app/harmony-kb.jar

FROM eclipse-temurin:25-jre
# Chinese in exported PDFs.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home kb && mkdir -p /data /models && chown kb /data /models
WORKDIR /app
COPY --from=build /app /app
COPY docs-corpus /app/docs-corpus
COPY bin/kb /app/bin/kb
ENV KB_JAR=/app/harmony-kb.jar
# Records a start, so that later ones find their classes loaded and linked.
RUN bash /app/bin/kb aot
USER 10001
ENV SERVER_ADDRESS=0.0.0.0 KB_DATA_DIR=/data KB_MODEL_PATH=/models/model.gguf DJL_CACHE_DIR=/data/djl
VOLUME ["/data", "/models"]
EXPOSE 8080
ENTRYPOINT ["bash", "/app/bin/kb"]
