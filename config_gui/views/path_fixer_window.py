"""The window ``ctpathfixer``: PathFixer's panel alone."""

from taurus.external.qt import Qt

from config_gui.views.path_fixer_panel import PathFixerPanel

TITLE = "ctpathfixer"


class PathFixerWindow(Qt.QMainWindow):
    """Shows the panel of one device.

    Parameters
    ----------
    device
        Tango name of the PathFixer device.
    period_s
        Pause between two looks at it, seconds.
    """

    def __init__(self, device: str, period_s: float = 1.0) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.panel = PathFixerPanel(period_s=period_s)
        self.panel.setModel(device)
        self.setCentralWidget(self.panel)
        self.resize(720, 440)

    def closeEvent(self, event: Qt.QCloseEvent) -> None:
        """Stop the panel; no thread is waited for."""
        self.panel.stop()
        super().closeEvent(event)
