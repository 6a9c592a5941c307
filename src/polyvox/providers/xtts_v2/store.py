"""The weights of this installation: what is there, what it lacks, and changing it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from polyvox.domain.capabilities import Availability
from polyvox.errors import ConfigError, RequestError
from polyvox.provider.installing import InstallProgress, Model, ModelState
from polyvox.providers.xtts_v2 import licence, published, requirements
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions
from polyvox.providers.xtts_v2.weights import Weights, WeightsFolder

MODEL_FOLDER, CACHE_FOLDER = "model", "cache"
"""The cache holds what the engine made of the weights and of samples."""
INSTALL = f"polyvox models install {PROVIDER_ID} --accept-license"
ADD = f"polyvox models add {PROVIDER_ID} FOLDER --accept-license"

Progress = Callable[[InstallProgress], None]


class ModelStore:
    """``data_dir/model``, or the operator's ``model_dir``, which is only ever read."""

    def __init__(self, data_dir: Path, options: XttsOptions) -> None:
        self._data_dir = data_dir
        self._options = options
        self._home = data_dir / MODEL_FOLDER
        self._place = WeightsFolder(options.model_dir or self._home)

    def weights(self) -> Weights | None:
        """What can be loaded; None where there is nothing of that kind. Cheap while nothing changes."""
        try:
            return self._place.look()
        except ValueError:
            return None

    def lack(self) -> Availability | None:
        """Why nothing can be spoken yet, the first thing to mend first; None when nothing lacks."""
        missing = requirements.missing_packages()
        if missing:
            return Availability.unavailable(
                f"XTTS v2 needs packages that are not installed: {', '.join(missing)}.",
                requirements.REMEDY,
            )
        model = self.model()
        if model.reason is None:
            return None
        return Availability.unavailable(model.reason, model.remedy or "")

    def model(self) -> Model:
        """Never raises."""
        state, size, reason, remedy = self._standing()
        accepted = licence.is_accepted(self._data_dir)
        if reason is None and not accepted:
            reason = (
                f"The licence of the weights ({licence.WEIGHTS}, non-commercial) was not accepted."
            )
            remedy = (
                f"Read it ({licence.TEXT_URL}), then accept it: {INSTALL}; what is there is kept."
            )
        return Model(
            provider=PROVIDER_ID,
            state=state,
            size_bytes=size,
            licence=licence.LICENCE,
            accepted=accepted,
            folder=self._place.folder,
            reason=reason,
            remedy=remedy,
        )

    def _standing(self) -> tuple[ModelState, int, str | None, str | None]:
        to_fetch = sum(file.size for file in published.PUBLISHED)
        try:
            found = self._place.look()
        except ValueError as error:
            reason = f"The weights in {self._place.folder} cannot be used: {error}."
            remedy = f"Install them anew: {INSTALL}"
            if self._options.model_dir is not None:
                remedy = "Correct the folder, or take model_dir out of the configuration."
            return ModelState.BROKEN, to_fetch, reason, remedy
        if found is None:
            reason = "No weights of XTTS v2 are installed."
            remedy = f"Fetch them: {INSTALL}. If they are on this machine already: {ADD}"
            return ModelState.ABSENT, to_fetch, reason, remedy
        return ModelState.INSTALLED, found.size, None, None

    async def install(self, progress: Progress, *, accept_license: bool) -> Model:
        """See ``ModelInstaller.install_model``."""
        from polyvox.providers.xtts_v2.install import install_published

        self._take_word(accept_license)
        if self._options.model_dir is None:
            await install_published(self._home, self._options.base_url, progress)
        elif self.weights() is None:
            raise self._not_ours()
        return self.model()

    async def add(self, folder: Path, progress: Progress, *, accept_license: bool) -> Model:
        """See ``ModelInstaller.add_model``."""
        from polyvox.providers.xtts_v2.install import add_folder

        if self._options.model_dir is not None:
            raise self._not_ours()
        self._take_word(accept_license)
        await add_folder(self._home, folder, progress)
        await asyncio.to_thread(self._drop_cache)
        return self.model()

    async def remove(self) -> Model:
        """See ``ModelInstaller.remove_model``. That the licence was accepted stays on record."""
        from polyvox.providers.xtts_v2.install import remove

        if self._options.model_dir is not None:
            raise self._not_ours()
        if not await asyncio.to_thread(remove, self._home):
            raise RequestError("No weights of XTTS v2 are installed.", param="provider")
        await asyncio.to_thread(self._drop_cache)
        return self.model()

    def _drop_cache(self) -> None:
        """It is of weights that are gone, as large as a fifth of them."""
        shutil.rmtree(self._data_dir / CACHE_FOLDER, ignore_errors=True)

    def _take_word(self, accept_license: bool) -> None:
        """Raises RequestError while nobody accepted the licence."""
        if accept_license:
            licence.record_acceptance(self._data_dir, by="--accept-license")
        elif not licence.is_accepted(self._data_dir):
            raise RequestError(
                "The weights of XTTS v2 are under the Coqui Public Model License: non-commercial use"
                " only, of the model and of what it speaks.",
                param="accept_license",
                remedy=f"Read it ({licence.TEXT_URL}); to accept it, add --accept-license.",
            )

    def _not_ours(self) -> ConfigError:
        return ConfigError(
            f"The configuration says that the weights lie in {self._options.model_dir} (model_dir);"
            " nothing is changed there.",
            remedy="Take model_dir out of the configuration to have them in the home folder.",
        )
