"""The weights that a local provider speaks with: what is there, what lacks, and changing it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from polyvox.domain.capabilities import Availability, Licence
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.errors import ConfigError, RequestError
from polyvox.provider.consent import Consent
from polyvox.provider.installing import InstallProgress, Model, ModelState
from polyvox.provider.model_options import ModelOptions, OptionsT
from polyvox.provider.packages import Packages
from polyvox.provider.weights import Layout, WeightsFolder, WeightsT

MODEL_FOLDER, CACHE_FOLDER = "model", "cache"
"""The cache holds what the engine made of the weights and of samples."""

Progress = Callable[[InstallProgress], None]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """``size`` in bytes, ``sha256`` in lower-case hex; both None where only the server states them."""

    name: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Published weights: ``files`` lie below ``base_url``, small ones first, so that a wrong address
    shows at once. ``size`` in bytes, about."""

    base_url: str
    files: tuple[PublishedFile, ...]
    size: int


@dataclass(frozen=True, slots=True)
class ModelKind(Generic[OptionsT, WeightsT]):
    """What is to be known of a provider's weights.

    ``options`` is the type of the operator's options; ``release`` tells what is published for those
    given. Without ``consent`` no licence has to be accepted.
    """

    provider: str
    name: str
    licence: Licence
    layout: Layout[WeightsT]
    packages: Packages
    options: type[OptionsT]
    release: Callable[[OptionsT], Release]
    consent: Consent | None = None

    @property
    def install(self) -> str:
        return f"polyvox models install {self.provider}{self._accepting}"

    def to_install(self, text: str) -> Remedy:
        """To do what ``install`` does, in the words of ``text``."""
        return Remedy(RemedyKind.INSTALL_MODEL, text, self.install)

    @property
    def add(self) -> str:
        return f"polyvox models add {self.provider} FOLDER{self._accepting}"

    @property
    def _accepting(self) -> str:
        return " --accept-license" if self.consent else ""


class ModelStore(Generic[WeightsT]):
    """``data_dir/model``, or the operator's ``model_dir``, which is only ever read."""

    def __init__(
        self, kind: ModelKind[Any, WeightsT], data_dir: Path, options: ModelOptions
    ) -> None:
        self._kind = kind
        self._release = kind.release(options)
        self._data_dir = data_dir
        self._home = data_dir / MODEL_FOLDER
        self._theirs = options.model_dir
        self._place = WeightsFolder(self._theirs or self._home, kind.layout)

    def weights(self) -> WeightsT | None:
        """What can be loaded; None where there is nothing of that kind. Cheap while nothing changes."""
        try:
            return self._place.look()
        except ValueError:
            return None

    def lack(self) -> Availability | None:
        """Why nothing can be spoken yet, the first thing to mend first; None when nothing lacks."""
        packages = self._kind.packages
        if missing := packages.missing:
            told = f"{self._kind.name} needs packages that are not installed: {', '.join(missing)}."
            return Availability.unavailable(told, packages.remedy)
        model = self.model()
        if model.reason is None:
            return None
        return Availability.unavailable(model.reason, model.remedy or "")

    def keep_said(self) -> None:
        """Record that the environment accepts the licence. Raises ConfigError."""
        if self._kind.consent is not None:
            self._kind.consent.keep_said(self._data_dir)

    def model(self) -> Model:
        """Never raises."""
        kind, consent = self._kind, self._kind.consent
        state, size, reason, remedy = self._standing()
        accepted = consent is None or consent.is_given(self._data_dir)
        if consent is not None and reason is None and not accepted:
            use = "" if kind.licence.commercial_use else ", non-commercial"
            reason = f"The licence of the weights ({consent.licence}{use}) was not accepted."
            remedy = kind.to_install(
                f"Read it ({consent.text_url}), then accept it: {kind.install};"
                " what is there is kept."
            )
        return Model(
            provider=kind.provider,
            state=state,
            size_bytes=size,
            licence=kind.licence,
            accepted=accepted,
            folder=self._place.folder,
            reason=reason,
            remedy=remedy,
            terms_url=consent.text_url if consent else None,
        )

    def _standing(self) -> tuple[ModelState, int, str | None, Remedy | None]:
        kind = self._kind
        try:
            found = self._place.look()
        except ValueError as error:
            reason = f"The weights in {self._place.folder} cannot be used: {error}."
            remedy = kind.to_install(f"Install them anew: {kind.install}")
            if self._theirs is not None:
                remedy = Remedy.of(
                    "Correct the folder, or take model_dir out of the configuration."
                )
            return ModelState.BROKEN, self._release.size, reason, remedy
        if found is None:
            reason = f"No weights of {kind.name} are installed."
            remedy = kind.to_install(
                f"Fetch them: {kind.install}. If they are on this machine already: {kind.add}"
            )
            return ModelState.ABSENT, self._release.size, reason, remedy
        return ModelState.INSTALLED, found.size, None, None

    async def install(self, progress: Progress, *, accept_license: bool) -> Model:
        """See ``ModelInstaller.install_model``."""
        from polyvox.provider.model_files import install_release

        self._take_word(accept_license)
        if self._theirs is None:
            await install_release(
                self._home, self._kind.name, self._release, self._kind.layout, progress
            )
        elif self.weights() is None:
            raise self._not_ours()
        return self.model()

    async def add(self, folder: Path, progress: Progress, *, accept_license: bool) -> Model:
        """See ``ModelInstaller.add_model``."""
        from polyvox.provider.model_files import add_folder

        if self._theirs is not None:
            raise self._not_ours()
        self._take_word(accept_license)
        await add_folder(self._home, self._kind.name, folder, self._kind.layout, progress)
        await asyncio.to_thread(self._drop_cache)
        return self.model()

    async def remove(self) -> Model:
        """See ``ModelInstaller.remove_model``. That the licence was accepted stays on record."""
        from polyvox.provider.model_files import remove

        if self._theirs is not None:
            raise self._not_ours()
        if not await asyncio.to_thread(remove, self._home, self._kind.name):
            raise RequestError(f"No weights of {self._kind.name} are installed.", param="provider")
        await asyncio.to_thread(self._drop_cache)
        return self.model()

    def _drop_cache(self) -> None:
        """It is of weights that are gone, and may be as large as a fifth of them."""
        shutil.rmtree(self._data_dir / CACHE_FOLDER, ignore_errors=True)

    def _take_word(self, accept_license: bool) -> None:
        """Raises RequestError while nobody accepted the licence."""
        consent = self._kind.consent
        if consent is None:
            return
        if accept_license:
            consent.record(self._data_dir, by="--accept-license")
        elif not consent.is_given(self._data_dir):
            raise RequestError(
                f"The weights of {self._kind.name} are under {consent.terms}.",
                param="accept_license",
                remedy=f"Read it ({consent.text_url}); to accept it, add --accept-license.",
            )

    def _not_ours(self) -> ConfigError:
        return ConfigError(
            f"The configuration says that the weights lie in {self._theirs} (model_dir);"
            " nothing is changed there.",
            remedy="Take model_dir out of the configuration to have them in the home folder.",
        )
