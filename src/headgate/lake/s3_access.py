"""How a lake on S3 is reached: by the variables that every S3 client knows, such as `AWS_ENDPOINT_URL`.

Keys are not among what is read here: Spark, delta-rs, PyArrow and boto3 find them by themselves, in
`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` or in the machine's role.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict


class S3Access(BaseSettings):
    """Read from `AWS_REGION` and `AWS_ENDPOINT_URL`; without the latter the store is Amazon's."""

    model_config = SettingsConfigDict(env_prefix="AWS_", env_ignore_empty=True, frozen=True)

    region: str = "us-east-1"
    endpoint_url: str = ""

    @property
    def plain_http(self) -> bool:
        """Whether requests go unencrypted, which only an endpoint that says `http://` makes them."""
        return urlsplit(self.endpoint_url).scheme == "http"

    @property
    def delta_options(self) -> dict[str, str]:
        """Storage options for delta-rs. A commit is one request that the store refuses where it has one."""
        options = {"aws_region": self.region, "conditional_put": "etag"}
        if self.endpoint_url:
            options["aws_endpoint"] = self.endpoint_url
            options["aws_allow_http"] = str(self.plain_http).lower()
        return options

    @property
    def filesystem_options(self) -> dict[str, str]:
        """Arguments of PyArrow's S3FileSystem."""
        options = {"region": self.region}
        if self.endpoint_url:
            options["endpoint_override"] = urlsplit(self.endpoint_url).netloc
            options["scheme"] = urlsplit(self.endpoint_url).scheme
        return options

    @property
    def spark_properties(self) -> dict[str, str]:
        """Spark properties of engine and jobs."""
        properties = {
            "fs.s3a.endpoint.region": self.region,
            # The default kind reads by the SDK's asynchronous client, built for another Netty than Spark's.
            "fs.s3a.input.stream.type": "classic",
        }
        if self.endpoint_url:
            properties["fs.s3a.endpoint"] = self.endpoint_url
            properties["fs.s3a.path.style.access"] = "true"
        return {f"spark.hadoop.{name}": value for name, value in properties.items()}
