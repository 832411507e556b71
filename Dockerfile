# Builds an image that runs without network, as nobody in particular, on a read-only root file
# system; api/README.md says how. The versions are those of constraints.txt.

FROM python:3.11-slim-bookworm AS collect
# Where pip finds packages besides its default; PyTorch's index for CPUs makes the image smaller.
ARG PIP_EXTRA_INDEX_URL
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY indexer indexer
COPY api api
COPY eval eval
RUN python -m pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir wheelhouse . \
 && python -m api.deploy.wheelhouse wheelhouse

# `docker build --build-context wheelhouse=wheelhouse .` takes the folder of `make wheelhouse`
# instead, without network.
FROM scratch AS wheelhouse
COPY --from=collect /src/wheelhouse /

FROM python:3.11-slim-bookworm AS install
COPY --from=wheelhouse / /wheelhouse/
RUN python -m venv /opt/fundstelle \
 && /opt/fundstelle/bin/python -m pip install --no-cache-dir --no-index --find-links /wheelhouse \
    --require-hashes --requirement /wheelhouse/requirements.txt

FROM python:3.11-slim-bookworm
RUN install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/fundstelle
COPY --from=install /opt/fundstelle /opt/fundstelle
ENV PATH=/opt/fundstelle/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FUNDSTELLE_CORPUS=/corpus \
    FUNDSTELLE_INDEX=/var/lib/fundstelle/index \
    FUNDSTELLE_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/fundstelle
VOLUME /var/lib/fundstelle
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "api.deploy.health"]
ENTRYPOINT ["fundstelle"]
CMD ["serve"]
