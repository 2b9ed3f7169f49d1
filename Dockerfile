FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY tools ./tools
COPY src ./src
COPY ui ./ui
RUN npm run build && node tools/bundle.js /app && cp -r dist/ui /app/dist/
COPY LICENSE /app/
COPY scenarios /app/scenarios

# The root of the image: node and the libraries that it is linked to. It brings certificates and time zones of its own.
WORKDIR /root-of-image
RUN cp --parents --dereference $(ldd /usr/local/bin/node | grep --only-matching '/[^ )]*') /usr/local/bin/node . && \
    ln -s /app/dist/bin/mpp-sim.mjs usr/local/bin/mpp-sim && chmod 755 /app/dist/bin/mpp-sim.mjs && \
    mkdir -p --mode 1777 tmp && mkdir -p etc home/node scenarios && \
    echo 'node:x:1000:1000::/home/node:/sbin/nologin' > etc/passwd && echo 'node:x:1000:' > etc/group && \
    echo 'hosts: files dns' > etc/nsswitch.conf && \
    mkdir /app/.cache && chown 1000:1000 /app/.cache home/node

# Compiles what a start and a look at the documentation need, so that no container has to. The cache holds for the same
# node, user and paths.
USER node
ENV NODE_COMPILE_CACHE=/app/.cache
RUN node /app/dist/bin/mpp-sim.mjs serve --port 8080 --log-level error & \
    until node /app/dist/bin/mpp-sim.mjs health 2>/dev/null; do sleep 1; done && \
    node --eval 'fetch("http://127.0.0.1:8080/docs/json").then((reply) => reply.text())' && \
    kill $! && wait $!

FROM scratch
LABEL org.opencontainers.image.title="Alipay+ MPP simulator" \
      org.opencontainers.image.description="Answers Alipay+ cancelPayment, and misbehaves exactly as a scenario file tells it" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /root-of-image /
COPY --from=build /app /app
WORKDIR /app
# HOST and PORT, not MPP_SIM_HOST and MPP_SIM_PORT: those win, so a user can set either.
# /scenarios stays empty unless something is mounted there; then the scenarios in /app/scenarios are used.
ENV PATH=/usr/local/bin NODE_ENV=production NODE_COMPILE_CACHE=/app/.cache HOST=0.0.0.0 PORT=8080 \
    MPP_SIM_SCENARIOS=/scenarios
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["mpp-sim", "health"]
ENTRYPOINT ["mpp-sim"]
CMD ["serve"]
