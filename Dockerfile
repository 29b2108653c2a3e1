# Halcyon's controller and intake. An agent belongs on the host that it looks after, not in a container.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

# Stand-ins for Slack and PagerDuty, of Node alone: docker-compose.yml builds them for a trial.
FROM node:20-bookworm-slim AS standins
WORKDIR /app
COPY --from=build /app/dist/lab/stand-ins ./dist/lab/stand-ins
USER node
CMD ["node", "dist/lab/stand-ins/serve-pagers.js"]

FROM node:20-bookworm-slim
# Temporal over TLS needs the certificate authorities; the slim image has none.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/workflow-bundle.js ./dist/workflow-bundle.js
COPY package.json ./
RUN ln -s /app/dist/src/cli.js /usr/local/bin/halcyon
COPY halcyon.example.yaml /etc/halcyon/halcyon.yaml
# Owns nothing in here: the program cannot change itself.
USER node
CMD ["node", "dist/src/worker.js", "--role", "controller"]
