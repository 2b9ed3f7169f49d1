FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src ./src
COPY ui ./ui
COPY tools ./tools
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Types, source maps and tests of the dependencies are of no use to a container, and half of its weight.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force && \
    find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -path '*/test/*' \) -delete

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Alipay+ MPP simulator" \
      org.opencontainers.image.description="Answers Alipay+ cancelPayment, and misbehaves exactly as a scenario file tells it" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY package.json LICENSE ./
COPY scenarios ./scenarios
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Stays empty unless something is mounted there; then the scenarios in /app/scenarios are used.
RUN mkdir /scenarios
# HOST and PORT, not MPP_SIM_HOST and MPP_SIM_PORT: those win, so a user can set either.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 MPP_SIM_SCENARIOS=/scenarios
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/dist/cli.js", "health"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve"]
